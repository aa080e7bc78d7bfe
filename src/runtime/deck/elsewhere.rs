//! What leaves the deck for other programs: a text to the clipboard, a text to the person's own editor and back.

use super::{Deck, at};
use crate::app::message::Message;
use crate::config::environment::Environment;
use crate::domain::id::Ref;
use crate::domain::text::Internal;
use crate::runtime::signals::Sign;
use crate::runtime::surface::Surface;
use crate::runtime::{clipboard, editor};

impl<S: Surface> Deck<S> {
    pub(super) fn copy(&mut self, text: &str) {
        let sent = clipboard::sequence(text, Environment::read().in_tmux)
            .and_then(|sequence| self.surface.send(&sequence).map_err(|error| format!("not copied: {error}; try again")));
        if let Err(why) = sent {
            self.hands.tell(Message::Trouble(why));
        }
    }

    pub(super) async fn edit_elsewhere(&mut self, draft: Ref, text: &Internal<String>) {
        let result = if self.session.local {
            self.edit_in_editor(text.reveal()).await
        } else {
            Err("an editor runs on this machine, and you are not at it; type here".to_owned())
        };
        match result {
            Ok(text) => self.take(Message::Edited { draft, text: text.map(Internal::new) }),
            Err(why) => self.take(Message::Trouble(why)),
        }
    }

    async fn edit_in_editor(&mut self, text: &str) -> Result<Option<String>, String> {
        let folder = self.hands.recovery.prepare().map(|()| self.hands.recovery.folder().to_owned());
        let lent = folder.and_then(|folder| self.surface.lend().map(|()| folder));
        let opened = lent.and_then(|folder| editor::open(text, &folder));
        let result = match opened {
            Ok(mut editing) => {
                let status = self.wait_for(&mut editing).await;
                editing.ended(status)
            }
            Err(error) => Err(format!("the editor could not be opened: {error}; set EDITOR to one that can")),
        };
        if self.ended.is_none() {
            let taken = self.surface.take_back();
            self.painted_anew(taken);
        }
        result
    }

    /// Waits for the editor; `None` when the deck must end first. Ctrl-C in an editor is the editor's.
    async fn wait_for(&mut self, editing: &mut editor::Editing) -> Option<std::process::ExitStatus> {
        let status = loop {
            tokio::select! {
                biased;
                sign = self.signs.recv() => if matches!(sign, Some(Sign::Ended) | None) {
                    self.ended = Some(Ok(()));
                    drop(editing.child.start_kill());
                    return None;
                },
                status = editing.child.wait() => break status.ok(),
                () = at(self.hands.presence_due) => self.hands.say_presence(),
            }
        };
        // What was meant for the editor is not for the deck.
        while let Ok(sign) = self.signs.try_recv() {
            if sign == Sign::Ended {
                self.ended = Some(Ok(()));
            }
        }
        status
    }
}
