#include "services/check_service.h"

#include <string>
#include <vector>

namespace bedplate {

Result<CheckReport> CheckService::Run(const CancelToken& cancel) const {
  ASSIGN_OR_RETURN(CheckReport report, historian_.Check(cancel));
  ASSIGN_OR_RETURN(const std::vector<std::string> faults, catalog_.CheckIntegrity());
  ++report.files;
  for (const std::string& fault : faults) report.problems.push_back("catalog: " + fault);
  return report;
}

}  // namespace bedplate
