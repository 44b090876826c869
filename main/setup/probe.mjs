/**
 * Run as a child: tries to open a WebGPU device and prints what it got as one line of JSON. A driver may crash or hang
 * the process that tries it, so nothing else is done here.
 */
import { create } from 'webgpu'

// On globalThis, since dawn.node dies when its GPU object is collected.
const gpu = Object.assign(globalThis, { keptGpu: create([]) }).keptGpu

/** @type {import('./adapter.mjs').Probed} */
let found
try {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter) {
    const { device, description, vendor } = adapter.info
    const opened = await adapter.requestDevice()
    found = { adapter: device || description || vendor || 'unnamed adapter', driver: description }
    opened.destroy()
  } else {
    found = { adapter: null, reason: 'no driver offers one' }
  }
} catch (error) {
  found = { adapter: null, reason: error instanceof Error ? error.message : String(error) }
}
process.stdout.write(`${JSON.stringify(found)}\n`)
