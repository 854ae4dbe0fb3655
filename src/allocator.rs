//! What suits the allocator of this program.

/// To be called before anything else. Where the system gives huge pages to whoever does not refuse them, each is cleared as a
/// whole when it is touched for the first time, and again once the allocator has given a part of it back. A server that took
/// a million events with them held 110 MiB more, and no less of the processor's time.
pub fn prefer_small_pages() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        // Nothing depends on it.
        eprintln!("chengxin: huge pages stay in use: {error}");
    }
}
