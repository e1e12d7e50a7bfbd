//! Task-log lines that wait to be written: a bounded number of them, and a count of those that found no room.

use std::collections::{BTreeMap, VecDeque};

use shipslog_events::LogLevel;
use shipslog_events::ids::{AttemptId, DeploymentId};

use crate::caller::Caller;
use crate::task_log::TaskLogLine;
use crate::unavailable::Unwritten;

/// How much may wait. A step that logs faster than the disk writes loses lines, not the server its memory.
const LINES: usize = 16_384;
const BYTES: usize = 8 << 20;

/// What is written: a line as it came, or one of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) line: TaskLogLine,
    /// Whether it stands for lines that were dropped, the last of which had this call and number.
    pub(crate) is_marker: bool,
}

/// What is written together, and who waits for it.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pub(crate) rows: Vec<Row>,
    pub(crate) awaited: Vec<Caller<(), Unwritten>>,
}

/// Lines in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct TaskQueue {
    rows: VecDeque<Row>,
    bytes: usize,
    /// By attempt, since its last line that found room.
    dropped: BTreeMap<(DeploymentId, AttemptId), Dropped>,
    flushes: VecDeque<Flush>,
}

/// Somebody who waits until the rows before are written.
#[derive(Debug)]
struct Flush {
    rows_before: usize,
    caller: Caller<(), Unwritten>,
}

#[derive(Debug)]
struct Dropped {
    count: u64,
    last: TaskLogLine,
}

impl TaskQueue {
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.dropped.is_empty() && self.flushes.is_empty()
    }

    /// Whether somebody waits for lines.
    pub(crate) fn is_awaited(&self) -> bool {
        !self.flushes.is_empty()
    }

    /// Takes a line, or counts it where there is no room.
    pub(crate) fn push(&mut self, line: TaskLogLine) {
        let attempt = (line.deployment, line.attempt.clone());
        if self.rows.len() >= LINES || self.bytes + size(&line) > BYTES {
            return self.count(attempt, line);
        }
        if let Some(dropped) = self.dropped.remove(&attempt) {
            self.enqueue(marker(dropped));
        }
        self.enqueue(Row {
            line,
            is_marker: false,
        });
    }

    /// The caller waits for what is there now, markers included.
    pub(crate) fn flush(&mut self, caller: Caller<(), Unwritten>) {
        for dropped in std::mem::take(&mut self.dropped).into_values() {
            self.enqueue(marker(dropped));
        }
        self.flushes.push_back(Flush {
            rows_before: self.rows.len(),
            caller,
        });
    }

    /// Takes out the oldest rows, and who waits for no others. Markers that no later line has brought in yet come with
    /// the last of them.
    pub(crate) fn take(&mut self, limit: usize) -> Lines {
        let count = self.rows.len().min(limit);
        let mut rows: Vec<_> = self.rows.drain(..count).collect();
        self.bytes -= rows.iter().map(|row| size(&row.line)).sum::<usize>();
        if self.rows.is_empty() {
            rows.extend(std::mem::take(&mut self.dropped).into_values().map(marker));
        }
        let awaited = self.written(count);
        Lines { rows, awaited }
    }

    /// Who waits for none of the rows that are left.
    fn written(&mut self, rows: usize) -> Vec<Caller<(), Unwritten>> {
        for flush in &mut self.flushes {
            flush.rows_before = flush.rows_before.saturating_sub(rows);
        }
        let done = self.flushes.partition_point(|it| it.rows_before == 0);
        self.flushes.drain(..done).map(|it| it.caller).collect()
    }

    fn enqueue(&mut self, row: Row) {
        self.bytes += size(&row.line);
        self.rows.push_back(row);
    }

    fn count(&mut self, attempt: (DeploymentId, AttemptId), line: TaskLogLine) {
        let line = TaskLogLine {
            message: String::new(),
            ..line
        };
        let dropped = self.dropped.entry(attempt).or_insert_with(|| Dropped {
            count: 0,
            last: line.clone(),
        });
        dropped.count += 1;
        dropped.last = line;
    }
}

/// Stands in the place of the last line that was dropped.
fn marker(dropped: Dropped) -> Row {
    let message = match dropped.count {
        1 => "1 line was dropped here: it came faster than it could be written".to_owned(),
        count => format!("{count} lines were dropped here: they came faster than they could be written"),
    };
    Row {
        line: TaskLogLine {
            level: LogLevel::Warning,
            message,
            ..dropped.last
        },
        is_marker: true,
    }
}

fn size(line: &TaskLogLine) -> usize {
    line.message.len()
        + line.attempt.step.as_str().len()
        + line.attempt.target.as_str().len()
        + size_of::<Row>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(attempt: &str, index: u64) -> TaskLogLine {
        TaskLogLine {
            deployment: DeploymentId(1),
            attempt: format!("{attempt}/Web/1").parse().unwrap(),
            index,
            line: 0,
            at: 0,
            level: LogLevel::Info,
            message: "m".into(),
        }
    }

    fn full() -> TaskQueue {
        let mut queue = TaskQueue::default();
        for index in 0..LINES as u64 {
            queue.push(line("a", index));
        }
        queue
    }

    #[test]
    fn lines_come_out_in_order_and_nothing_is_left_behind() {
        let mut queue = TaskQueue::default();
        for index in 0..5 {
            queue.push(line("a", index));
        }
        let taken: Vec<_> = [queue.take(3).rows, queue.take(3).rows]
            .concat()
            .iter()
            .map(|row| row.line.index)
            .collect();
        assert_eq!(taken, [0, 1, 2, 3, 4]);
        assert!(queue.is_empty());
        assert_eq!(queue.bytes, 0);
    }

    #[test]
    fn lines_without_room_are_counted_where_they_are_missing() {
        let mut queue = full();
        queue.push(line("a", 50_000));
        queue.push(line("a", 50_001));
        queue.take(10);
        queue.push(line("a", 50_002));
        let rows = queue.take(usize::MAX).rows;
        let [.., marker, last] = rows.as_slice() else {
            panic!("{rows:?}")
        };
        assert_eq!(
            marker.line.message,
            "2 lines were dropped here: they came faster than they could be written"
        );
        assert_eq!(
            (marker.line.index, marker.line.level, marker.is_marker),
            (50_001, LogLevel::Warning, true)
        );
        assert_eq!((last.line.index, last.is_marker), (50_002, false));
        assert!(queue.is_empty());
    }

    #[test]
    fn each_attempt_has_its_own_count_even_if_it_never_speaks_again() {
        let mut queue = full();
        queue.push(line("b", 1));
        queue.push(line("c", 1));
        let rows = queue.take(usize::MAX).rows;
        let markers: Vec<_> = rows[LINES..]
            .iter()
            .map(|row| row.line.attempt.step.as_str())
            .collect();
        assert_eq!(markers, ["b", "c"]);
        assert!(queue.is_empty());
    }

    #[test]
    fn who_waits_gets_the_answer_with_the_last_of_the_lines_before() {
        let mut queue = full();
        queue.push(line("a", 50_000));
        queue.flush(Caller::new().0);
        queue.take(2);
        queue.push(line("a", 50_001));
        let before = queue.take(LINES - 2);
        assert!(
            before.awaited.is_empty(),
            "the word of the line that was dropped is missing"
        );
        let last = queue.take(1);
        assert_eq!((last.rows[0].is_marker, last.awaited.len()), (true, 1));
        assert_eq!(queue.take(1).rows[0].line.index, 50_001);
        assert!(queue.is_empty());
    }

    #[test]
    fn long_lines_fill_the_queue_too() {
        let mut queue = TaskQueue::default();
        let long = || TaskLogLine {
            message: "x".repeat(BYTES / 2),
            ..line("a", 1)
        };
        queue.push(long());
        queue.push(long());
        assert_eq!(queue.rows.len(), 1);
        assert_eq!(queue.dropped.len(), 1);
    }
}
