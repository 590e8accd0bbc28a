//! The methods of the trait for attendances.

use async_trait::async_trait;
use eclusa_model::Attendance;
use tokio::sync::watch;

use super::change::{PreparedChange, name};
use super::{inbox, list, moments, report, row, transcript};
use crate::sqlite::SqliteJournal;
use crate::sqlite::readers::storage;
use crate::{
    AttendanceChange, AttendanceChanged, AttendanceCount, AttendanceFilter, Attendances, Counted,
    InboxEntry, InboxQuery, JournalError, Moment, OpenAttendances, Said,
};

#[async_trait]
impl Attendances for SqliteJournal {
    async fn attendance(&self, id: String) -> Result<Option<Attendance>, JournalError> {
        let Some(name) = name(self.ids, &id) else { return Ok(None) };
        self.read(move |conn, ids| {
            let found = row::find(conn, "attendances", name).map_err(storage)?;
            Ok(found.map(|record| record.shown(ids)))
        })
        .await
    }

    async fn attendances(
        &self,
        filter: AttendanceFilter,
        before: Option<String>,
        limit: u32,
    ) -> Result<Vec<Attendance>, JournalError> {
        self.read(move |conn, ids| list::older(conn, ids, &filter, before.as_deref(), limit)).await
    }

    async fn newer_attendances(
        &self,
        filter: AttendanceFilter,
        after: String,
        limit: u32,
    ) -> Result<Vec<Attendance>, JournalError> {
        self.read(move |conn, ids| list::newer(conn, ids, &filter, &after, limit)).await
    }

    async fn transcript(
        &self,
        id: String,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<Said>, JournalError> {
        let Some(name) = name(self.ids, &id) else { return Ok(Vec::new()) };
        self.read(move |conn, ids| transcript::page(conn, ids, name, after.as_deref(), limit)).await
    }

    async fn change_attendance(
        &self,
        change: AttendanceChange,
    ) -> Result<AttendanceChanged, JournalError> {
        let prepared = PreparedChange::new(self.ids, change);
        self.admit(move |unit| prepared.write(unit)).await
    }

    async fn attendance_counts(
        &self,
        counted: Counted,
    ) -> Result<Vec<AttendanceCount>, JournalError> {
        self.read(move |conn, _| report::counts(conn, &counted).map_err(storage)).await
    }

    async fn attendance_sums(
        &self,
        counted: Counted,
    ) -> Result<Vec<AttendanceCount>, JournalError> {
        self.read(move |conn, _| report::sums(conn, &counted).map_err(storage)).await
    }

    async fn open_attendances(&self) -> Result<Vec<OpenAttendances>, JournalError> {
        self.read(|conn, _| report::open(conn).map_err(storage)).await
    }

    async fn inbox(
        &self,
        query: InboxQuery,
        after: Option<String>,
        limit: u32,
    ) -> Result<Vec<InboxEntry>, JournalError> {
        self.read(move |conn, ids| inbox::page(conn, ids, &query, after.as_deref(), limit)).await
    }

    async fn unanswered(&self, most: u32) -> Result<u32, JournalError> {
        self.read(move |conn, _| inbox::unanswered(conn, most).map_err(storage)).await
    }

    async fn moments(
        &self,
        id: String,
        before: Option<String>,
        limit: u32,
    ) -> Result<Vec<Moment>, JournalError> {
        let Some(name) = name(self.ids, &id) else { return Ok(Vec::new()) };
        self.read(move |conn, ids| moments::page(conn, ids, name, before.as_deref(), limit)).await
    }

    fn inbox_changes(&self) -> watch::Receiver<u64> {
        self.inbox_changes.clone()
    }
}
