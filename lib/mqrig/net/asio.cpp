// The one place where the non-template parts of Asio are compiled. Asio uses timerfd (microseconds
// instead of a millisecond tick) only if it sees the C library's version, which it does not
// include.
#include <features.h>

#include <asio/impl/src.hpp>
