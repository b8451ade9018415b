// The one place where the non-template parts of Asio are compiled.
#include <asio/impl/src.hpp>
