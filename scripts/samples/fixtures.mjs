export function buildFixtures() {
  throw new Error('no fixtures yet');
}
