// Any bytes as an OpenAPI document: it is refused or becomes tools whose schemas are objects.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tool-service/openapi/input_plan.h"
#include "tool-service/openapi/operation_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = bw::tool_service::ParseDocument("fuzz", text);
  if (!document.ok()) return 0;
  const auto loaded = bw::tool_service::ReadOperations(*document);
  if (!loaded.ok()) return 0;
  for (const bw::tool_service::Operation& operation : loaded->operations) {
    if (operation.id.empty() || operation.id.size() > 64) std::abort();
    if (bw::tool_service::PlanInput(operation).schema["type"] != "object") std::abort();
  }
  return 0;
}
