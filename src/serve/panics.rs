//! What a panic does to a node.

/// A panic in a request is that request's: the gateway answers it. What else runs on the runtime's threads looks after
/// itself: a node's vital tasks end the process, opening the lists starts anew, a connection is made again. A panic on any
/// other thread (the log's writer, a shard's actor) would leave half a node running, which still counts for its peers: the
/// process ends.
pub(super) fn end_the_process_where_half_a_node_would_run_on() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        report(panic);
        let thread = std::thread::current();
        let of_the_runtime = thread.name().is_some_and(|name| name.starts_with("tokio"));
        if !of_the_runtime {
            std::process::abort();
        }
    }));
}
