/** While it is there, this host holds no whole copy. The daemon's unit does not start then, whatever is rebooted. */
export const SEEDING_MARK = '/var/lib/mmha/seeding'
