# mqrig_curl: libcurl for https. Debian's archive of it wants libraries for other protocols, which
# are left out: some have no archive themselves, and all of them would make the program larger.
if(MQRIG_LINK_STATICALLY)
  find_path(MQRIG_CURL_INCLUDE curl/curl.h REQUIRED)
  find_library(MQRIG_CURL_ARCHIVE libcurl.a REQUIRED)
  add_library(mqrig_curl_left_out STATIC curl_left_out.cpp)
  target_link_libraries(mqrig_curl_left_out PRIVATE mqrig_compile_options)
  add_library(mqrig_curl STATIC IMPORTED)
  set_target_properties(mqrig_curl PROPERTIES IMPORTED_LOCATION ${MQRIG_CURL_ARCHIVE})
  target_include_directories(mqrig_curl INTERFACE ${MQRIG_CURL_INCLUDE})
  target_link_libraries(mqrig_curl INTERFACE
    mqrig_curl_left_out OpenSSL::SSL OpenSSL::Crypto mqrig_zlib Threads::Threads)
else()
  find_package(CURL 7.85 REQUIRED)
  add_library(mqrig_curl INTERFACE IMPORTED)
  target_link_libraries(mqrig_curl INTERFACE CURL::libcurl)
endif()
