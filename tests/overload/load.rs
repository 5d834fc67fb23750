//! The load: buyers who ask, and ask again, as fast as they are answered, by connections that stay open.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Attempts are numbered over all loads of a test: each is another buyer's.
static NEXT: AtomicU64 = AtomicU64::new(0);
/// How long a buyer waits before connecting again.
const RECONNECT_AFTER: Duration = Duration::from_millis(100);

/// What came of a load.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) buyers: usize,
    pub(crate) took: Duration,
    pub(crate) granted: u64,
    /// Refused at once, for there were too many.
    pub(crate) turned_away: u64,
    /// Neither: 504 and closed connections.
    pub(crate) other: u64,
    /// How long those who were granted something waited, shortest first.
    waited: Vec<Duration>,
}

#[derive(Default)]
struct Tally {
    granted: Vec<Duration>,
    turned_away: u64,
    other: u64,
}

impl Load {
    /// Lets `buyers` ask for `product` at `doors` for as long as `time`.
    pub(crate) async fn press(product: &str, doors: &[SocketAddr], buyers: usize, time: Duration) -> Load {
        let began = Instant::now();
        let until = began + time;
        let mut asking = JoinSet::new();
        for buyer in 0..buyers {
            asking.spawn(ask(product.to_owned(), doors[buyer % doors.len()], until));
        }
        let tallies: Vec<Tally> = asking.join_all().await;
        let mut waited: Vec<Duration> =
            tallies.iter().flat_map(|tally| tally.granted.iter().copied()).collect();
        waited.sort_unstable();
        Load {
            buyers,
            took: began.elapsed(),
            granted: waited.len() as u64,
            turned_away: tallies.iter().map(|tally| tally.turned_away).sum(),
            other: tallies.iter().map(|tally| tally.other).sum(),
            waited,
        }
    }

    /// How many attempts were granted a second.
    #[expect(clippy::cast_precision_loss, reason = "counts of a minute")]
    pub(crate) fn goodput(&self) -> f64 {
        self.granted as f64 / self.took.as_secs_f64()
    }

    /// How long all but so many of a thousand waited at the most, of those who were granted something.
    pub(crate) fn waited(&self, beyond_permille: usize) -> Duration {
        let place = self.waited.len() - self.waited.len() * beyond_permille / 1_000;
        self.waited.get(place.saturating_sub(1)).copied().unwrap_or_default()
    }
}

async fn ask(product: String, door: SocketAddr, until: Instant) -> Tally {
    let mut tally = Tally::default();
    while Instant::now() < until {
        if let Ok(stream) = TcpStream::connect(door).await {
            let lost = ask_over(&product, stream, until, &mut tally).await.is_err();
            tally.other += u64::from(lost);
        }
        if Instant::now() < until {
            tokio::time::sleep(RECONNECT_AFTER).await;
        }
    }
    tally
}

async fn ask_over(
    product: &str,
    mut stream: TcpStream,
    until: Instant,
    tally: &mut Tally,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    while Instant::now() < until {
        let number = NEXT.fetch_add(1, Relaxed);
        let body = r#"{"quantity":1}"#;
        let request = format!(
            "POST /v1/products/{product}/reservations HTTP/1.1\r\nHost: shop\r\nBuyer-Id: b{number}\r\n\
             Idempotency-Key: k{number}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let asked = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        match status(&mut stream, &mut buffer).await? {
            200..300 => tally.granted.push(asked.elapsed()),
            429 | 503 => tally.turned_away += 1,
            _ => tally.other += 1,
        }
    }
    Ok(())
}

/// Reads an answer to its end, and gives its status.
async fn status(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<u16> {
    buffer.clear();
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response.parse(buffer).map_err(std::io::Error::other)?;
        if let httparse::Status::Complete(head) = parsed {
            let length =
                response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
            let length = length.and_then(|header| str::from_utf8(header.value).ok()?.parse::<usize>().ok());
            if buffer.len() >= head + length.unwrap_or(0) {
                return response.code.ok_or_else(|| std::io::Error::other("no status"));
            }
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}
