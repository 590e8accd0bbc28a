//! Wants to open a connection.

use eclusa_hostile::Adapter;

struct Hostile;

impl Adapter for Hostile {
    fn describe() -> String {
        let connected = std::net::TcpStream::connect("127.0.0.1:80").is_ok();
        eclusa_hostile::manifest(if connected { "connected" } else { "alone" }).to_string()
    }
}

eclusa_hostile::adapter!(Hostile);
