import { BlockList, isIP } from 'node:net';

/** Everything IANA lists as not globally reachable, and what leads to such an address by translation. */
const closedV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

/** Inside 2000::/3, which is all of IPv6 that is public. */
const closedV6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
] as const;

const closed = new BlockList();
for (const [net, bits] of closedV4) closed.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of closedV6) closed.addSubnet(net, bits, 'ipv6');
const publicV6 = new BlockList();
publicV6.addSubnet('2000::', 3, 'ipv6');
const mappedV6 = new BlockList();
mappedV6.addSubnet('::ffff:0:0', 96, 'ipv6');
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * True for an address of the public internet. Private, loopback, link-local, shared, documentation,
 * multicast and reserved ones are not, nor are IPv4 addresses wrapped in IPv6 (mapped, NAT64, 6to4,
 * Teredo): no public host needs them, and each has been a way around such a check.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !closed.check(address, 'ipv4');
  if (family !== 6) return false;
  return (
    publicV6.check(address, 'ipv6') &&
    !mappedV6.check(address, 'ipv6') &&
    !closed.check(address, 'ipv6')
  );
}

/** True for 127.0.0.0/8 and ::1 as they are, not wrapped. */
export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return loopback.check(address, 'ipv4');
  return family === 6 && !mappedV6.check(address, 'ipv6') && loopback.check(address, 'ipv6');
}
