#include "logio/ring/ring.hpp"

#include "logio/ring/readers.hpp"

namespace logio::ring {

template class basic_ring<lock_free_platform>;
template class gate_reader<lock_free_platform>;
template class pin_reader<lock_free_platform>;

}  // namespace logio::ring
