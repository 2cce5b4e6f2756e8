// A service behind crewjam/saml's middleware, as its documentation has it.
// Arguments: port, file of the provider's metadata, files of the certificate and of its key, bindings of the logout requests that it
// takes (with commas between them), format of the name identifier that it asks for.
package main

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/crewjam/saml"
	"github.com/crewjam/saml/samlsp"
)

func main() {
	port, metadata, certificate, key := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	bindings, format := strings.Split(os.Args[5], ","), os.Args[6]
	pair, err := tls.LoadX509KeyPair(certificate, key)
	check(err)
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	check(err)
	document, err := os.ReadFile(metadata)
	check(err)
	provider, err := samlsp.ParseMetadata(document)
	check(err)
	self, err := url.Parse("http://127.0.0.1:" + port)
	check(err)
	middleware, err := samlsp.New(samlsp.Options{
		URL:                     *self,
		Key:                     pair.PrivateKey.(crypto.Signer),
		Certificate:             leaf,
		IDPMetadata:             provider,
		SignRequest:             true,
		LogoutBindings:          bindings,
		KeyAttributesByName:     true,
		RejectUnknownConditions: true,
		ReplayCache:             samlsp.NewMemoryReplayCache(100),
	})
	check(err)
	middleware.ServiceProvider.AuthnNameIDFormat = saml.NameIDFormat(format)

	http.Handle("/me", middleware.RequireAccount(http.HandlerFunc(me)))
	http.Handle("/saml/", middleware)
	http.HandleFunc("/logout", middleware.HandleStartLogout)
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `{"bye": true}`)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	check(err)
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second}
	go func() { log.Fatal(server.Serve(listener)) }()
	fmt.Println(`{"ready": true}`)
	// Until the test closes the input.
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func me(w http.ResponseWriter, r *http.Request) {
	claims := samlsp.SessionFromContext(r.Context()).(samlsp.JWTSessionClaims)
	check(json.NewEncoder(w).Encode(map[string]any{
		"name": claims.Subject, "format": claims.NameIDFormat, "attributes": claims.Attributes,
	}))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
