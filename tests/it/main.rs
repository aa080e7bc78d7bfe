//! The one integration test binary: every verb of the store, examined by the same test on SQLite and Postgres.
#![cfg(test)]

mod cluster;
#[macro_use]
mod databases;
mod fixtures;
mod pty;
mod stand_in;

mod batch;
mod boundary;
mod canary;
mod claim;
mod cli;
mod corpus;
mod delivery;
mod desk;
mod disk;
mod doctor;
mod door;
mod doubts;
mod drafting;
mod exports;
mod feed;
mod flows;
mod journal;
mod kill;
mod lanes;
mod leaving;
mod lists;
mod model;
mod plans;
mod portal;
mod preview;
mod publishing;
mod reviewing;
mod rooms;
mod rules;
mod schema;
mod seed;
mod sending;
mod ssh;
mod syncing;
mod terminal;
mod trace;
mod workflow;
