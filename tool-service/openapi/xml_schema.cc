#include "tool-service/openapi/xml_schema.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "tool-service/openapi/document.h"

namespace bw::tool_service {
namespace {

using json::Json;

constexpr std::array kCombinations = {"allOf", "anyOf", "oneOf"};

// Read as unknown elements are: saying nothing is enough.
bool IsPlainText(const Json& reduced) {
  return reduced.empty() || (reduced.size() == 1 && json::StringOr(reduced, "type") == "string");
}

class Reducer {
 public:
  explicit Reducer(const Json& root) : root_(root) {}

  Json Reduce(const Json& schema, int depth) {
    const Json* target = Resolve(root_, schema);
    const bool is_open = std::find(open_.begin(), open_.end(), target) != open_.end();
    if (target == nullptr || !target->is_object() || is_open || depth > kMaxXmlSchemaDepth ||
        nodes_ >= kMaxXmlSchemaNodes) {
      return Json::object();
    }
    ++nodes_;
    open_.push_back(target);
    Json reduced = Json::object();
    for (const char* keyword : {"type", "xml"}) {
      if (const Json* value = json::Find(*target, keyword)) reduced[keyword] = *value;
    }
    ReduceProperties(*target, reduced, depth);
    if (const Json* items = json::Find(*target, "items")) {
      reduced["items"] = Reduce(*items, depth + 1);
      reduced["type"] = "array";
    }
    for (const char* keyword : kCombinations) {
      if (const Json* parts = json::FindArray(*target, keyword)) Merge(*parts, reduced, depth);
    }
    open_.pop_back();
    return reduced;
  }

 private:
  void ReduceProperties(const Json& schema, Json& reduced, int depth) {
    const Json* properties = json::FindObject(schema, "properties");
    if (properties == nullptr) return;
    reduced["type"] = "object";
    Json& kept = reduced.emplace("properties", Json::object()).first.value();
    for (const auto& [name, property] : properties->items()) {
      Json member = Reduce(property, depth + 1);
      if (!IsPlainText(member)) kept[name] = std::move(member);
    }
  }

  // What was said first stays.
  void Merge(const Json& parts, Json& reduced, int depth) {
    for (const Json& part : parts) {
      Json more = Reduce(part, depth + 1);
      for (auto& [keyword, value] : more.items()) {
        if (keyword != "properties" || !reduced.contains(keyword)) {
          reduced.emplace(keyword, std::move(value));
          continue;
        }
        for (auto& [name, property] : value.items()) {
          reduced[keyword].emplace(name, std::move(property));
        }
      }
    }
  }

  const Json& root_;
  std::size_t nodes_ = 0;
  /// The schemas being reduced, to notice circles.
  std::vector<const Json*> open_;
};

}  // namespace

Json XmlSchemaOf(const Json& root, const Json& schema) { return Reducer(root).Reduce(schema, 0); }

bool NamesXmlRoot(const Json& root, const Json& schema) {
  const Json* target = Resolve(root, schema);
  if (target == nullptr || json::FindObject(*target, "properties") == nullptr) return false;
  const Json* xml = json::FindObject(*target, "xml");
  return xml != nullptr && !json::StringOr(*xml, "name").empty();
}

}  // namespace bw::tool_service
