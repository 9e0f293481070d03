// One record as an encoder gets it.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include "logio/record/batch_builder.hpp"
#include "logio/record/record.hpp"
#include "wire/fields.hpp"

namespace logio::wire::testing {

class stored_record {
 public:
  stored_record(std::int64_t time_ns, int severity, std::string_view text,
                std::string_view fields = {}) {
    batch_.append({.time_ns = time_ns, .severity = static_cast<record::severity_number>(severity)},
                  text, fields);
  }
  operator record::view() const { return *batch_.view().begin(); }

 private:
  record::batch_builder batch_{4096};
};

// Fields from their JSON.
inline std::string packed(std::string_view json) {
  std::string out;
  std::uint64_t replaced = 0;
  REQUIRE(!fields_from_json(json, out, replaced));
  return out;
}

}  // namespace logio::wire::testing
