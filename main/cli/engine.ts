import type { z } from 'zod'
import type { AdapterSchema } from '../contract/engine.ts'
import { startEngine, type EngineClient, type EngineMessage } from '../services/engine/client.ts'
import type { Context } from './run.ts'

export type Adapter = z.infer<typeof AdapterSchema>

/** Starts an engine, does `work` with it and closes it, whatever came of it. Its log goes to the person who watches. */
export async function withEngine<T>({ notes }: Pick<Context, 'notes'>, home: string, work: (engine: EngineClient) => Promise<T>, onEvent?: (message: EngineMessage) => void): Promise<T> {
  const engine = startEngine({
    home,
    onLog: ({ level, message }) => notes.line(level === 'warning' ? `warning: ${message.replace(/^warning: */i, '')}` : message),
    ...(onEvent && { onEvent }),
  })
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}

/** "llvmpipe (software, cpu)": which adapter computes, and what it is. */
export function adapterText({ name, kind }: Pick<Adapter, 'name' | 'kind'>): string {
  return `${name} (${kind === 'cpu' ? 'software, cpu' : 'hardware, gpu'})`
}

/** Says aloud what computes, before it does. */
export async function announceAdapter(engine: EngineClient, { notes }: Pick<Context, 'notes'>): Promise<Adapter> {
  const { adapter } = await engine.call('doctor', {})
  notes.line(`computing on ${adapterText(adapter)}`)
  return adapter
}
