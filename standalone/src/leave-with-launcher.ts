/**
 * Loaded into every process that the launcher starts (`node --import`). They have a process group of their own, so that
 * Ctrl-C reaches only the launcher, which stops them in order; should the launcher itself be killed, the channel to it
 * breaks, and they drain by themselves instead of running on unseen.
 */
if (process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
