#include "tool-service/builtin/builtin_tools.h"

#include <iterator>
#include <utility>

namespace bw::tool_service {

std::vector<CatalogueEntry> MakeBuiltinTools(const std::shared_ptr<const Backends>& backends) {
  std::vector<CatalogueEntry> all;
  for (auto* make :
       {&MakeBxmlTools, &MakeEventTools, &MakeCallTools, &MakeMessageTools, &MakeReadinessTools,
        &MakeAccountTools, &MakeApplicationTools, &MakeCredentialTools}) {
    std::vector<CatalogueEntry> family = make(backends);
    std::move(family.begin(), family.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace bw::tool_service
