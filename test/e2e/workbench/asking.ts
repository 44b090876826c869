import type { Host } from '../../../main/browser/host.ts'
import { appRoutes, type AppRoute, type InputOf, type OutputOf } from '../../../main/contract/app/index.ts'

/** What the page would be told, asked for behind its back. */
export async function ask<R extends AppRoute>(host: Host, route: R, input: InputOf<R>): Promise<OutputOf<R>> {
  const connection = host.workbench.connect(() => undefined)
  const answer = await connection.ask(route, input)
  connection.close()
  if ('fault' in answer) throw new Error(answer.fault.what)
  return appRoutes[route].output.parse(answer.output) as OutputOf<R>
}
