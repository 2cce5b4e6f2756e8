// The signature library of crewjam/saml alone. Arguments: file of a signed document, file of the certificate (PEM). Writes the verdict.
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log"
	"os"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

func main() {
	document := etree.NewDocument()
	check(document.ReadFromFile(os.Args[1]))
	file, err := os.ReadFile(os.Args[2])
	check(err)
	block, _ := pem.Decode(file)
	certificate, err := x509.ParseCertificate(block.Bytes)
	check(err)
	context := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{
		Roots: []*x509.Certificate{certificate},
	})
	context.IdAttribute = "ID"
	context.Clock = dsig.NewFakeClockAt(certificate.NotBefore)
	if _, err = context.Validate(document.Root()); err != nil {
		fmt.Print(err)
		return
	}
	fmt.Print("verified")
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
