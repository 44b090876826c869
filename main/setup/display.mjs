/**
 * Whether a window can be shown here.
 *
 * @param {{ platform?: NodeJS.Platform, env?: Readonly<Record<string, string | undefined>> }} [machine]
 */
export function hasDisplay({ platform = process.platform, env = process.env } = {}) {
  if (platform === 'win32') return true
  // Over SSH a window would open on the other machine's screen.
  if (platform === 'darwin') return env.SSH_CONNECTION === undefined
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY)
}
