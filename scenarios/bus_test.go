package scenarios

import (
	"strings"
	"testing"

	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// The names of a demonstration on the bus, and what its member is entitled to.
const (
	busClient  = "SEVDEIR-TEST/GOV/43395033/DIIA_cons"
	busService = "SEVDEIR-TEST/GOV/42032422/DOVIDKA_prod/" + trembita.OperationGetDeclarations
	busPurpose = "100500"
	busGround  = "Закон України № 2168-VIII, стаття 9"
)

func allOperations() []string {
	return []string{
		trembita.OperationGetDeclarations, trembita.OperationGetDeclarationsByPurpose, trembita.OperationGetDeclarationStatus,
		trembita.OperationSubmitDeclarations, trembita.OperationGetDeclarationsResult,
	}
}

// busNames returns the member and the service of an operation.
func busNames(t testing.TB, operation string) (xroad.ClientID, xroad.ServiceID) {
	t.Helper()
	client, err := xroad.ParseClientID(busClient)
	if err != nil {
		t.Fatal(err)
	}
	service, err := xroad.ParseServiceID(busService)
	if err != nil {
		t.Fatal(err)
	}
	service.Service = operation
	return client, service
}

// startSecurityServer puts a security server of the UXP kind between the
// members of the bus and a door.
func startSecurityServer(t testing.TB, door string, change func(*xroadtest.Config)) *xroadtest.Server {
	t.Helper()
	config := xroadtest.Config{Dialect: xroadtest.UXP}
	for _, operation := range allOperations() {
		client, service := busNames(t, operation)
		config.Services = append(config.Services, xroadtest.Service{ID: service, URL: door, Clients: []xroad.ClientID{client}})
	}
	client, service := busNames(t, trembita.RESTService)
	config.Services = append(config.Services, xroadtest.Service{
		ID: service, URL: strings.TrimSuffix(door, "/") + trembita.RESTBase, Clients: []xroad.ClientID{client},
	})
	if change != nil {
		change(&config)
	}
	server, err := xroadtest.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}
