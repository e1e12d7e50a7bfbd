//! Random histories.
pub(crate) fn erase_bodies(log: &std::path::Path) {
    let connection = rusqlite::Connection::open(log).unwrap();
    connection.execute("DELETE FROM bodies", []).unwrap();
}
