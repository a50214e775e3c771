/**
 * Keywords that keepalived 2.2 and 2.4 know in a block and that we don't read yet: named, so that nobody's correct keyword is
 * taken for a typing error. A row of the table replaces a name here when it comes.
 */
export const NOT_YET: Readonly<Record<string, readonly string[]>> = {
  top: split(`net_namespace net_namespace_ipvs namespace_with_ipsets instance linkbeat_interfaces child_wait_time
    static_ipaddress static_routes static_rules track_group bfd_instance
    garp_group virtual_server_group SSL`),
  global_defs: split(`bfd_cpu_affinity bfd_no_swap bfd_priority bfd_process_name bfd_rlimit_rttime bfd_rt_priority
    checker_cpu_affinity checker_log_all_failures checker_no_swap checker_priority checker_process_name checker_rlimit_rttime
    checker_rt_priority config_save_dir data_use_instance dbus_service_name dbus_no_interface_name disable_local_igmp enable_snmp_rfc
    enable_snmp_rfcv2 enable_snmp_rfcv3 json_version lvs_flush lvs_flush_on_stop lvs_netlink_cmd_rcv_bufs
    lvs_netlink_cmd_rcv_bufs_force lvs_netlink_monitor_rcv_bufs lvs_netlink_monitor_rcv_bufs_force
    lvs_sync_daemon lvs_timeouts max_auto_priority min_auto_priority_delay nftables nftables_counters nftables_ifindex nftables_ipvs
    nftables_ipvs_priority nftables_ipvs_start_fwmark nftables_priority no_checker_emails
    process_monitor_rcv_bufs process_monitor_rcv_bufs_force process_names process_name random_seed reload_check_config reload_file
    reload_repeat reload_time_file rs_init_notifies shutdown_script_timeout snmp_socket startup_script_timeout
    tmp_config_directory umask use_symlink_paths vmac_addr_prefix vmac_prefix vrrp_allow_no_vips
    vrrp_check_unicast_src vrrp_cpu_affinity vrrp_garp_extra_if vrrp_garp_lower_prio_delay
    vrrp_garp_lower_prio_repeat vrrp_garp_master_refresh_repeat vrrp_ipsets
    vrrp_mcast_group6 vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs
    vrrp_netlink_monitor_rcv_bufs_force vrrp_no_swap vrrp_priority
    vrrp_process_name vrrp_rlimit_rttime vrrp_rt_priority vrrp_rx_bufs_multiplier vrrp_rx_bufs_policy`),
  vrrp_sync_group: split('track_bfd'),
  vrrp_instance: split(`garp_extra_if max_ttl min_ttl old_unicast_checksum
    skip_check_adv_addr unicast_fault_no_peer use_ipvlan use_vmac_addr vmac_xmit_base vrf`),
  virtual_server: split(
    'delay_before_retry_all hashed ip_family lthreshold uthreshold smtp_alert snmp_name sorry_server_lvs_method weight',
  ),
  real_server: split('snmp_name'),
  HTTP_GET: split('http_protocol_version tls_compliant'),
  url: split(
    'min_reply_length max_reply_length regex_max_offset regex_min_offset regex_no_match regex_options regex_stack',
  ),
}

function split(words: string): readonly string[] {
  return words.trim().split(/\s+/)
}
