//! As much of an HTTP/1.1 client as it takes to press a server, on plain threads.

use crate::Result;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
};

/// Bytes of a chunk of a streamed body.
const CHUNK: usize = 64 << 10;

/// A connection that is kept alive.
pub(crate) struct Connection {
    reader: BufReader<TcpStream>,
}

/// What is asked for, and by whom.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) token: &'a str,
    pub(crate) content_type: &'a str,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Connection> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Connection { reader: BufReader::with_capacity(CHUNK, stream) })
    }

    /// Sends a whole body and reads a whole answer into `answer`. Returns the status.
    pub(crate) fn send(&mut self, request: Request, body: &[u8], answer: &mut Vec<u8>) -> Result<u16> {
        let mut bytes = head(request, &format!("content-length: {}", body.len())).into_bytes();
        bytes.extend_from_slice(body);
        self.reader.get_mut().write_all(&bytes)?;
        let head = self.head()?;
        answer.clear();
        match head.length {
            Some(length) => {
                answer.resize(length, 0);
                self.reader.read_exact(answer)?;
            }
            None => while self.chunk(answer)? {},
        }
        Ok(head.status)
    }

    /// Streams a body while its answer is read, which `answered` sees piece by piece. Returns the status.
    pub(crate) fn stream(&mut self, request: Request, body: &[u8], mut answered: impl FnMut(&[u8])) -> Result<u16> {
        let mut writer = self.reader.get_ref().try_clone()?;
        std::thread::scope(|scope| {
            let sent = scope.spawn(move || -> std::io::Result<()> {
                writer.write_all(head(request, "transfer-encoding: chunked").as_bytes())?;
                let mut framed = Vec::with_capacity(CHUNK + 16);
                for chunk in body.chunks(CHUNK) {
                    framed.clear();
                    write!(framed, "{:x}\r\n", chunk.len())?;
                    framed.extend_from_slice(chunk);
                    framed.extend_from_slice(b"\r\n");
                    writer.write_all(&framed)?;
                }
                writer.write_all(b"0\r\n\r\n")
            });
            let head = self.head()?;
            let mut piece = Vec::new();
            while self.chunk(&mut piece)? {
                answered(&piece);
                piece.clear();
            }
            sent.join().map_err(|_| "the sender panicked")??;
            Ok(head.status)
        })
    }

    fn head(&mut self) -> Result<Head> {
        let status = self.line()?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or("no HTTP answer")?;
        let mut length = None;
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok(Head { status, length });
            }
            if let Some(("content-length", value)) = line.split_once(':') {
                length = Some(value.trim().parse()?);
            }
        }
    }

    /// Adds the next chunk; false after the last.
    fn chunk(&mut self, out: &mut Vec<u8>) -> Result<bool> {
        let size = usize::from_str_radix(&self.line()?, 16)?;
        let start = out.len();
        out.resize(start + size, 0);
        self.reader.read_exact(&mut out[start..])?;
        self.line()?;
        Ok(size > 0)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.reader.read_line(&mut line)?;
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}

struct Head {
    status: u16,
    length: Option<usize>,
}

fn head(request: Request, length: &str) -> String {
    let Request { method, path, token, content_type } = request;
    format!(
        "{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\
         content-type: {content_type}\r\n{length}\r\n\r\n"
    )
}
