//! The methods of the trait for letters.

use async_trait::async_trait;

use super::redrive::{self, PreparedDiscard, PreparedRedrive};
use super::{SqliteJournal, letters};
use crate::{
    DeadLetter, Discard, Handled, JournalError, LetterFilter, LetterRecord, Letters, Redrive,
    Window,
};

#[async_trait]
impl Letters for SqliteJournal {
    async fn letters(
        &self,
        filter: LetterFilter,
        window: Window,
    ) -> Result<Vec<DeadLetter>, JournalError> {
        self.read(move |conn, ids| letters::page(conn, ids, &filter, &window)).await
    }

    async fn letter(&self, id: String) -> Result<Option<LetterRecord>, JournalError> {
        let Some(number) = self.ids.number(&id) else { return Ok(None) };
        self.read(move |conn, ids| letters::by_id(conn, ids, number)).await
    }

    async fn redrive(&self, letters: Vec<Redrive>) -> Result<Vec<Handled>, JournalError> {
        let prepared = PreparedRedrive::all(self.ids, letters);
        self.write(move |unit| redrive::redrive(unit, &prepared)).await
    }

    async fn discard(&self, letters: Vec<Discard>) -> Result<Vec<Handled>, JournalError> {
        let prepared = PreparedDiscard::all(self.ids, letters)?;
        self.write(move |unit| redrive::discard(unit, &prepared)).await
    }
}
