//! The command line.

use chengxin::{command, config};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    chengxin::allocator::prefer_small_pages();
    match config::read(std::env::args_os().collect::<Vec<_>>().into_iter()) {
        Ok(cli) => command::run(cli),
        Err(config::ConfigError::Usage(error)) => {
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
        }
        Err(error) => {
            eprintln!("chengxin: {error}");
            ExitCode::from(2)
        }
    }
}
