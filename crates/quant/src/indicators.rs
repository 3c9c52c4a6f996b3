//! Streaming indicators: one value in, one value out, and a batch is the same code in a loop.
