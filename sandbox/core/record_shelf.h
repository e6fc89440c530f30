// JSON records by collection, for families whose records are only kept and shown again.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"

namespace bw::sandbox {

/// Not thread-safe. Pointers stay good until the next Add or Remove in the same collection.
class RecordShelf {
 public:
  /// Of one collection; the oldest record makes room.
  static constexpr std::size_t kMaxRecords = 1000;

  /// Replaces a record of that id.
  json::Json& Add(std::string_view collection, std::string_view id, json::Json record);
  json::Json* Find(std::string_view collection, std::string_view id);
  bool Remove(std::string_view collection, std::string_view id);
  /// Oldest first.
  std::vector<const json::Json*> List(std::string_view collection) const;

 private:
  struct Record {
    std::string id;
    json::Json value;
  };
  std::map<std::string, std::deque<Record>, std::less<>> collections_;
};

}  // namespace bw::sandbox
