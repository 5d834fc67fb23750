//! One fault after the other, on clusters of real processes under load, and what must hold all the same.

#[path = "../cluster/mod.rs"]
mod cluster;

mod all_killed;
mod damage;
mod disk_full;
mod divergence;
mod expiry;
mod failed_sync;
mod follower_killed;
mod forgery;
mod handover;
mod holds;
mod leader_killed;
mod leader_paused;
mod log_volume;
mod lost_directory;
mod readiness;
mod same_key;
mod startup;
mod stopping;
mod told;
mod wall_clock;
