import type { SamplerClient } from '../sampler-client.ts'
import type { PowerSwitch } from './fault.ts'

/**
 * Power loss without a switch: the kernel reboots at once, without syncing disks or telling anyone (sysrq-trigger `b`).
 * Only with the operator's consent: a host that does not come up again by itself stays down.
 */
export const remotePower: PowerSwitch = {
  describe: 'immediate reboot without sync (sysrq b); the disks keep their power',
  async cut(_host, sampler) {
    // The command never returns; the link dies with the host, or its silence is noticed by SSH's keepalive.
    const command = 'echo 1 >/proc/sys/kernel/sysrq; echo b >/proc/sysrq-trigger'
    await Promise.race([sampler.exec(['/bin/sh', '-c', command]).catch(() => {}), silence(sampler)])
  },
  async restore() {},
}

/** Resolves when the sampler, which says `alive` every 50 ms, has said nothing for a second, or its link is closed. */
function silence(sampler: SamplerClient): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearInterval(timer)
      resolve()
    }
    const timer = setInterval(() => {
      if (performance.now() - sampler.lastHeard > 1000) done()
    }, 50)
    void sampler.closed.then(done)
  })
}
