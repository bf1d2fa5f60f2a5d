export default async function globalTeardown() {
  await globalThis.touchmapTestServer?.stop();
}
