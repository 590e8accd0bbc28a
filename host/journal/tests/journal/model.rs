//! Any sequence of calls does to the durable journal what it does to the one in
//! memory, whatever restarts come in between.
