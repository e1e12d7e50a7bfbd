//! Cutting lists into pages with opaque cursors.

use std::fmt::Display;
use std::str::FromStr;

use shipslog_api::Page;
use shipslog_api::paging::{DEFAULT, MAXIMUM};

use crate::problem::Problem;

/// How many items a page has.
pub(crate) fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked {
        None => Ok(DEFAULT),
        Some(asked @ 1..=MAXIMUM) => Ok(asked),
        Some(asked) => Err(Problem::bad_request(
            "bad-query",
            format!("`limit` is {asked}, but a page has 1 to {MAXIMUM} items"),
        )),
    }
}

/// A cursor of a list, after a place in it.
pub(crate) fn cursor(list: &str, place: impl Display) -> String {
    hex::encode(format!("{list}:{place}"))
}

/// The place in a list that a cursor stands for.
pub(crate) fn place<T: FromStr>(list: &str, cursor: Option<&str>) -> Result<Option<T>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let place = hex::decode(cursor)
        .ok()
        .and_then(|it| String::from_utf8(it).ok())
        .and_then(|it| it.strip_prefix(list)?.strip_prefix(':')?.parse().ok());
    match place {
        Some(place) => Ok(Some(place)),
        None => Err(Problem::bad_request(
            "bad-cursor",
            "the cursor is not one of this list; take `next` of the page before, or begin without one",
        )),
    }
}

/// A page out of one item more than it has, if there are so many.
pub(crate) fn page<T>(mut items: Vec<T>, limit: usize, next: impl FnOnce(&T) -> String) -> Page<T> {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(next);
    Page { items, next }
}

/// A page out of everything there is, by the number of items before it.
pub(crate) fn cut<T>(
    list: &str,
    all: impl IntoIterator<Item = T>,
    asked: Option<usize>,
    cursor: Option<&str>,
) -> Result<Page<T>, Problem> {
    let (limit, skip) = (limit(asked)?, place(list, cursor)?.unwrap_or(0_usize));
    let items = all.into_iter().skip(skip).take(limit + 1).collect();
    Ok(page(items, limit, |_| {
        self::cursor(list, skip.saturating_add(limit))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_leads_to_the_next_until_there_is_none() {
        let mut seen = Vec::new();
        let mut next = None;
        loop {
            let page = cut("numbers", 1..=7, Some(3), next.as_deref()).unwrap();
            seen.push(page.items);
            match page.next {
                Some(cursor) => next = Some(cursor),
                None => break,
            }
        }
        assert_eq!(seen, [vec![1, 2, 3], vec![4, 5, 6], vec![7]]);
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let other = cursor("keys", 3);
        let refused = place::<usize>("releases", Some(&other)).unwrap_err();
        assert!(format!("{refused:?}").contains("bad-cursor"));
        assert!(place::<usize>("keys", Some("zz")).is_err());
        assert_eq!(place("keys", Some(&other)).unwrap(), Some(3_usize));
    }

    #[test]
    fn a_page_too_large_is_refused_with_the_maximum() {
        assert_eq!(limit(None).unwrap(), 50);
        assert_eq!(limit(Some(500)).unwrap(), 500);
        for asked in [0, 501] {
            let refused = limit(Some(asked)).unwrap_err();
            assert!(format!("{refused:?}").contains("1 to 500"), "{refused:?}");
        }
    }
}
