#include "logio/record/batch_builder.hpp"

#include <algorithm>
#include <cstring>

#include "logio/base/result.hpp"

namespace logio::record {

batch_builder::batch_builder(std::size_t batch_bytes_max) : batch_bytes_max_(batch_bytes_max) {
  LOGIO_ASSERT(batch_bytes_max >= 4096, "a batch has room for at least 4096 bytes");
}

void batch_builder::grow(std::size_t need) {
  const std::size_t capacity = std::max(bytes_ + need, batch_bytes_max_ * 2);
  auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity);
  if (bytes_ > 0) std::memcpy(larger.get(), data_.get(), bytes_);
  data_ = std::move(larger);
  capacity_ = capacity;
}

void batch_builder::append(head h, std::string_view text, std::string_view fields) {
  h.text_bytes = static_cast<std::uint32_t>(text.size());
  h.fields_bytes = static_cast<std::uint32_t>(fields.size());
  char* at = begin(text.size() + fields.size());
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  if (!fields.empty()) std::memcpy(at + text.size(), fields.data(), fields.size());
  commit(h);
}

void batch_builder::clear() noexcept {
  bytes_ = 0;
  text_bytes_ = 0;
  count_ = 0;
  if (capacity_ > batch_bytes_max_ * 4) {
    data_.reset();
    capacity_ = 0;
  }
}

}  // namespace logio::record
