import type { Port } from '../../contract/rpc/port.ts';

/** Windows as they come: each connected one brings a port. */
export interface RendererPorts {
  onConnect(listener: (port: Port) => void): void;
}
