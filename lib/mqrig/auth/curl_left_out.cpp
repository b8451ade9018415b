// What Debian's archive of libcurl wants of libraries that are left out of a program that is linked
// statically. They serve protocols that HttpClient switches off, and features that it does not use:
// SFTP, RTMP, LDAP, Kerberos, HTTP/2, compression, cookies and host names that are not ASCII. For
// Kerberos and some of the others there is no archive; the rest would make the program larger by
// 3 MB. None of their headers is needed: a name is all that the linker looks for.
//
// Nearly all of it is never called, and ends the program if it is. The few that are called, when
// libcurl starts or because a server asks for it, say that there is nothing.
#include <cstdlib>

extern "C" {

// libcurl starts and ends this one with itself.
int libssh2_init(int) {
  return 0;
}
void libssh2_exit() {}

// A server can ask for these by "Transfer-Encoding". Without a decoder the transfer fails.
void* BrotliDecoderCreateInstance(void*, void*, void*) {
  return nullptr;
}
void* ZSTD_createDStream() {
  return nullptr;
}

// The version of the library, or nothing if it is too old: such names are not converted then.
const char* idn2_check_version(const char*) {
  return nullptr;
}

void* GSS_C_NT_HOSTBASED_SERVICE = nullptr;

[[noreturn]] void mqrig_curl_left_out() noexcept {
  std::abort();
}

#define LEFT_OUT(name) \
  [[noreturn]] void name() noexcept __attribute__((alias("mqrig_curl_left_out")))

// SFTP and SCP: libssh2
LEFT_OUT(libssh2_agent_connect);
LEFT_OUT(libssh2_agent_disconnect);
LEFT_OUT(libssh2_agent_free);
LEFT_OUT(libssh2_agent_get_identity);
LEFT_OUT(libssh2_agent_init);
LEFT_OUT(libssh2_agent_list_identities);
LEFT_OUT(libssh2_agent_userauth);
LEFT_OUT(libssh2_channel_free);
LEFT_OUT(libssh2_channel_read_ex);
LEFT_OUT(libssh2_channel_send_eof);
LEFT_OUT(libssh2_channel_wait_closed);
LEFT_OUT(libssh2_channel_wait_eof);
LEFT_OUT(libssh2_channel_write_ex);
LEFT_OUT(libssh2_hostkey_hash);
LEFT_OUT(libssh2_knownhost_add);
LEFT_OUT(libssh2_knownhost_checkp);
LEFT_OUT(libssh2_knownhost_del);
LEFT_OUT(libssh2_knownhost_free);
LEFT_OUT(libssh2_knownhost_get);
LEFT_OUT(libssh2_knownhost_init);
LEFT_OUT(libssh2_knownhost_readfile);
LEFT_OUT(libssh2_knownhost_writefile);
LEFT_OUT(libssh2_scp_recv2);
LEFT_OUT(libssh2_scp_send64);
LEFT_OUT(libssh2_session_abstract);
LEFT_OUT(libssh2_session_block_directions);
LEFT_OUT(libssh2_session_callback_set);
LEFT_OUT(libssh2_session_disconnect_ex);
LEFT_OUT(libssh2_session_flag);
LEFT_OUT(libssh2_session_free);
LEFT_OUT(libssh2_session_handshake);
LEFT_OUT(libssh2_session_hostkey);
LEFT_OUT(libssh2_session_init_ex);
LEFT_OUT(libssh2_session_last_errno);
LEFT_OUT(libssh2_session_last_error);
LEFT_OUT(libssh2_session_method_pref);
LEFT_OUT(libssh2_session_set_blocking);
LEFT_OUT(libssh2_sftp_close_handle);
LEFT_OUT(libssh2_sftp_init);
LEFT_OUT(libssh2_sftp_last_error);
LEFT_OUT(libssh2_sftp_mkdir_ex);
LEFT_OUT(libssh2_sftp_open_ex);
LEFT_OUT(libssh2_sftp_read);
LEFT_OUT(libssh2_sftp_readdir_ex);
LEFT_OUT(libssh2_sftp_rename_ex);
LEFT_OUT(libssh2_sftp_rmdir_ex);
LEFT_OUT(libssh2_sftp_seek64);
LEFT_OUT(libssh2_sftp_shutdown);
LEFT_OUT(libssh2_sftp_stat_ex);
LEFT_OUT(libssh2_sftp_statvfs);
LEFT_OUT(libssh2_sftp_symlink_ex);
LEFT_OUT(libssh2_sftp_unlink_ex);
LEFT_OUT(libssh2_sftp_write);
LEFT_OUT(libssh2_userauth_authenticated);
LEFT_OUT(libssh2_userauth_keyboard_interactive_ex);
LEFT_OUT(libssh2_userauth_list);
LEFT_OUT(libssh2_userauth_password_ex);
LEFT_OUT(libssh2_userauth_publickey_fromfile_ex);
LEFT_OUT(libssh2_version);

// RTMP: librtmp
LEFT_OUT(RTMP_Alloc);
LEFT_OUT(RTMP_Close);
LEFT_OUT(RTMP_Connect1);
LEFT_OUT(RTMP_ConnectStream);
LEFT_OUT(RTMP_Free);
LEFT_OUT(RTMP_Init);
LEFT_OUT(RTMP_Read);
LEFT_OUT(RTMP_SetBufferMS);
LEFT_OUT(RTMP_SetupURL);
LEFT_OUT(RTMP_Write);

// LDAP: libldap, liblber
LEFT_OUT(ber_bvfree);
LEFT_OUT(ber_free);
LEFT_OUT(ber_memfree);
LEFT_OUT(ber_sockbuf_add_io);
LEFT_OUT(ldap_abandon_ext);
LEFT_OUT(ldap_err2string);
LEFT_OUT(ldap_free_urldesc);
LEFT_OUT(ldap_get_attribute_ber);
LEFT_OUT(ldap_get_dn_ber);
LEFT_OUT(ldap_get_option);
LEFT_OUT(ldap_init_fd);
LEFT_OUT(ldap_memfree);
LEFT_OUT(ldap_msgfree);
LEFT_OUT(ldap_msgtype);
LEFT_OUT(ldap_parse_result);
LEFT_OUT(ldap_parse_sasl_bind_result);
LEFT_OUT(ldap_pvt_url_scheme2proto);
LEFT_OUT(ldap_result);
LEFT_OUT(ldap_sasl_bind);
LEFT_OUT(ldap_search_ext);
LEFT_OUT(ldap_set_option);
LEFT_OUT(ldap_start_tls);
LEFT_OUT(ldap_unbind_ext);
LEFT_OUT(ldap_url_parse);

// Kerberos: libgssapi_krb5
LEFT_OUT(gss_delete_sec_context);
LEFT_OUT(gss_display_name);
LEFT_OUT(gss_display_status);
LEFT_OUT(gss_import_name);
LEFT_OUT(gss_init_sec_context);
LEFT_OUT(gss_inquire_context);
LEFT_OUT(gss_release_buffer);
LEFT_OUT(gss_release_name);
LEFT_OUT(gss_unwrap);
LEFT_OUT(gss_wrap);

// HTTP/2: libnghttp2
LEFT_OUT(nghttp2_http2_strerror);
LEFT_OUT(nghttp2_is_fatal);
LEFT_OUT(nghttp2_option_del);
LEFT_OUT(nghttp2_option_new);
LEFT_OUT(nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation);
LEFT_OUT(nghttp2_pack_settings_payload);
LEFT_OUT(nghttp2_priority_spec_init);
LEFT_OUT(nghttp2_session_callbacks_del);
LEFT_OUT(nghttp2_session_callbacks_new);
LEFT_OUT(nghttp2_session_callbacks_set_error_callback);
LEFT_OUT(nghttp2_session_callbacks_set_on_begin_headers_callback);
LEFT_OUT(nghttp2_session_callbacks_set_on_data_chunk_recv_callback);
LEFT_OUT(nghttp2_session_callbacks_set_on_frame_recv_callback);
LEFT_OUT(nghttp2_session_callbacks_set_on_header_callback);
LEFT_OUT(nghttp2_session_callbacks_set_on_stream_close_callback);
LEFT_OUT(nghttp2_session_callbacks_set_send_callback);
LEFT_OUT(nghttp2_session_check_request_allowed);
LEFT_OUT(nghttp2_session_client_new2);
LEFT_OUT(nghttp2_session_del);
LEFT_OUT(nghttp2_session_get_remote_settings);
LEFT_OUT(nghttp2_session_get_remote_window_size);
LEFT_OUT(nghttp2_session_get_stream_remote_window_size);
LEFT_OUT(nghttp2_session_get_stream_user_data);
LEFT_OUT(nghttp2_session_mem_recv);
LEFT_OUT(nghttp2_session_resume_data);
LEFT_OUT(nghttp2_session_send);
LEFT_OUT(nghttp2_session_set_local_window_size);
LEFT_OUT(nghttp2_session_set_stream_user_data);
LEFT_OUT(nghttp2_session_upgrade2);
LEFT_OUT(nghttp2_session_want_read);
LEFT_OUT(nghttp2_session_want_write);
LEFT_OUT(nghttp2_strerror);
LEFT_OUT(nghttp2_submit_ping);
LEFT_OUT(nghttp2_submit_priority);
LEFT_OUT(nghttp2_submit_request);
LEFT_OUT(nghttp2_submit_rst_stream);
LEFT_OUT(nghttp2_submit_settings);
LEFT_OUT(nghttp2_version);

// Compressed answers: libbrotlidec, libzstd
LEFT_OUT(BrotliDecoderDecompressStream);
LEFT_OUT(BrotliDecoderDestroyInstance);
LEFT_OUT(BrotliDecoderGetErrorCode);
LEFT_OUT(ZSTD_decompressStream);
LEFT_OUT(ZSTD_freeDStream);
LEFT_OUT(ZSTD_isError);

// Names and cookies of the world: libidn2, libpsl
LEFT_OUT(idn2_free);
LEFT_OUT(idn2_lookup_ul);
LEFT_OUT(psl_builtin);
LEFT_OUT(psl_free);
LEFT_OUT(psl_is_cookie_domain_acceptable);
LEFT_OUT(psl_latest);

#undef LEFT_OUT

}  // extern "C"
