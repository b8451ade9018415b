# The target mqrig_http_parser: http_parser, which comes without a CMake package. Included by this tree and
# by the installed package configuration alike, so it is an imported target and in no export set.
if(NOT TARGET mqrig_http_parser)
  find_path(MQRIG_HTTP_PARSER_INCLUDE_DIR http_parser.h REQUIRED)
  find_library(MQRIG_HTTP_PARSER_LIBRARY http_parser REQUIRED)
  mark_as_advanced(MQRIG_HTTP_PARSER_INCLUDE_DIR MQRIG_HTTP_PARSER_LIBRARY)
  get_filename_component(mqrig_http_parser_folder ${MQRIG_HTTP_PARSER_LIBRARY} DIRECTORY)
  add_library(mqrig_http_parser INTERFACE IMPORTED GLOBAL)
  target_include_directories(mqrig_http_parser INTERFACE ${MQRIG_HTTP_PARSER_INCLUDE_DIR})
  target_link_directories(mqrig_http_parser INTERFACE ${mqrig_http_parser_folder})
  # By name: a program that is linked statically needs the archive, others the shared object.
  target_link_libraries(mqrig_http_parser INTERFACE http_parser)
endif()
