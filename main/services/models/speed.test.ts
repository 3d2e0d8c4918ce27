import { expect, it } from 'vitest';
import { SpeedWindow } from './speed.ts';

it('says nothing before half a second, then the rate', () => {
  const speed = new SpeedWindow();
  expect(speed.bytesPerSecond(0)).toBeNull();
  speed.add(0, 1000);
  speed.add(400, 2000);
  expect(speed.bytesPerSecond(400)).toBeNull();
  speed.add(1000, 6000);
  expect(speed.bytesPerSecond(1000)).toBe(5000);
});

it('forgets what is older than five seconds', () => {
  const speed = new SpeedWindow();
  for (let second = 0; second <= 10; second += 1) {
    speed.add(second * 1000, second < 5 ? 0 : (second - 5) * 2_000_000);
  }
  expect(speed.bytesPerSecond(10_000)).toBe(2_000_000);
});

it('sinks while nothing comes', () => {
  const speed = new SpeedWindow();
  speed.add(0, 0);
  speed.add(1000, 8000);
  expect(speed.bytesPerSecond(4000)).toBe(2000);
});

it('begins anew after a reset', () => {
  const speed = new SpeedWindow();
  speed.add(0, 0);
  speed.add(1000, 8000);
  speed.reset();
  expect(speed.bytesPerSecond(2000)).toBeNull();
});
