#include "logio/base/mapped_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace logio::base {

mapped_memory::~mapped_memory() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

result<mapped_memory> mapped_memory::map(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t size = (bytes + page - 1) / page * page;
  if (size < bytes || size == 0) {
    return error_code(ENOMEM, boost::system::system_category());
  }
  void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return error_code(errno, boost::system::system_category());
  return mapped_memory(static_cast<std::byte*>(at), size);
}

}  // namespace logio::base
