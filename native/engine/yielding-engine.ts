import type { EngineThread } from './native-binding.ts';

/** The same engine; `onWork` is called before each request, so that what nobody waits for can make way. */
export function yieldingEngine(engine: EngineThread, onWork: () => void): EngineThread {
  return new Proxy(engine, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...parameters: unknown[]): unknown => {
        onWork();
        return Reflect.apply(member, target, parameters) as unknown;
      };
    },
  });
}
