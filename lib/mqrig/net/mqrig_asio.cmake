# The target mqrig_asio: standalone Asio, which Debian ships without a CMake package. Included by this
# tree and by the installed package configuration alike, so it is an imported target and in no export set.
if(NOT TARGET mqrig_asio)
  find_package(Threads REQUIRED)
  find_path(MQRIG_ASIO_INCLUDE_DIR asio/io_context.hpp REQUIRED)
  mark_as_advanced(MQRIG_ASIO_INCLUDE_DIR)
  add_library(mqrig_asio INTERFACE IMPORTED GLOBAL)
  target_include_directories(mqrig_asio INTERFACE ${MQRIG_ASIO_INCLUDE_DIR})
  # Compiled once, in asio.cpp. Asio 1.22 does not recognise coroutines of clang with libstdc++ by itself.
  # Whether it uses aligned_alloc depends on what was included before it: off, so that all files agree
  # on how memory is given back.
  target_compile_definitions(mqrig_asio INTERFACE ASIO_STANDALONE ASIO_SEPARATE_COMPILATION
    ASIO_DISABLE_STD_ALIGNED_ALLOC
    $<$<CXX_COMPILER_ID:Clang>:ASIO_HAS_CO_AWAIT=1>
    $<$<CXX_COMPILER_ID:Clang>:ASIO_HAS_STD_COROUTINE=1>)
  target_link_libraries(mqrig_asio INTERFACE Threads::Threads)
endif()
