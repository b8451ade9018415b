include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/mqrig_asio.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/mqrig-targets.cmake)
