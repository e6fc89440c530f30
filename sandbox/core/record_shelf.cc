#include "sandbox/core/record_shelf.h"

#include <utility>

namespace bw::sandbox {

using json::Json;

Json& RecordShelf::Add(std::string_view collection, std::string_view id, Json record) {
  if (Json* present = Find(collection, id)) return *present = std::move(record);
  auto& records = collections_[std::string(collection)];
  if (records.size() >= kMaxRecords) records.pop_front();
  records.push_back({std::string(id), std::move(record)});
  return records.back().value;
}

Json* RecordShelf::Find(std::string_view collection, std::string_view id) {
  const auto found = collections_.find(collection);
  if (found == collections_.end()) return nullptr;
  for (Record& record : found->second) {
    if (record.id == id) return &record.value;
  }
  return nullptr;
}

bool RecordShelf::Remove(std::string_view collection, std::string_view id) {
  const auto found = collections_.find(collection);
  return found != collections_.end() &&
         std::erase_if(found->second, [id](const Record& r) { return r.id == id; }) > 0;
}

std::vector<const Json*> RecordShelf::List(std::string_view collection) const {
  std::vector<const Json*> records;
  const auto found = collections_.find(collection);
  if (found == collections_.end()) return records;
  for (const Record& record : found->second) records.push_back(&record.value);
  return records;
}

}  // namespace bw::sandbox
