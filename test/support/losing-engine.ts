import { Workshop } from '../../main/engine/toolbox.ts'

/** The engine as it is, but that it loses its device when it gets SIGUSR2, as it would when a driver is reset. */
const open = Workshop.open.bind(Workshop)
Workshop.open = async () => {
  const workshop = await open()
  process.on('SIGUSR2', () => workshop.device.device.destroy())
  return workshop
}
await import('../../main/engine/entry.ts')
